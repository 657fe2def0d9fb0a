export { api, isFlexible } from './api.ts'
export type { Api, ApiDeclaration, RequestDraft, RequestOf, ResponseDraft, ResponseOf } from './api.ts'
export { compile } from './compile.ts'
export type { MessageCodec } from './compile.ts'
export type { Field, FieldOptions, Fields, FieldType, ReadOf, UnknownTag, UnknownTags, WriteOf } from './field.ts'
export { exists } from './field.ts'
export { MalformedMessage } from './malformed-message.ts'
export {
  array,
  bool,
  bytes,
  errorText,
  float64,
  int16,
  int32,
  int64,
  int64Exact,
  int8,
  nullableStruct,
  records,
  string,
  struct,
  uint16,
  uuid,
} from './types.ts'
