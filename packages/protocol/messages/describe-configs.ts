import { api } from '../schema/api.ts'
import { array, bool, errorText, int16, int32, int8, string, struct } from '../schema/types.ts'

/** The settings of topics, brokers, groups and the like, with where each value comes from. */
export const DescribeConfigs = api({
  key: 32,
  name: 'DescribeConfigs',
  versions: [1, 4],
  flexible: 4,
  request: {
    resources: array(struct({ resourceType: int8(), resourceName: string(), configurationKeys: array(string(), { nullable: 0 }) })),
    includeSynonyms: bool({ since: 1, default: false }),
    includeDocumentation: bool({ since: 3, default: false }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: array(
      struct({
        errorCode: int16(),
        errorMessage: errorText({ nullable: 0, default: null }),
        resourceType: int8(),
        resourceName: string(),
        configs: array(
          struct({
            name: string(),
            value: string({ nullable: 0 }),
            readOnly: bool(),
            configSource: int8({ since: 1, default: -1, ignorable: true }),
            isSensitive: bool(),
            synonyms: array(struct({ name: string({ since: 1 }), value: string({ since: 1, nullable: 0 }), source: int8({ since: 1 }) }), {
              since: 1,
              ignorable: true,
            }),
            configType: int8({ since: 3, default: 0, ignorable: true }),
            documentation: string({ since: 3, nullable: 0, ignorable: true, default: null }),
          }),
        ),
      }),
    ),
  },
})
