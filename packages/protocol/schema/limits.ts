/**
 * How much a decoder believes of what a peer says about sizes.
 *
 * A count is also held against the bytes that are left, so that a short frame can't make us allocate for a long array.
 */
export const MAX_ARRAY_LENGTH = 1_000_000
/** Room for elements that is made before any has been read. */
export const FIRST_ALLOCATION = 1_000
/** As in Kafka, where a length is an int16. */
export const MAX_STRING_BYTES = 32_767
/** Characters of an error message that are written. */
export const MAX_ERROR_TEXT = 4_096
export const MAX_TAGS = 10_000
export const MAX_TAG = 2_147_483_647
/** Elements in all arrays of one message together. Arrays in arrays could otherwise turn 100 MB into gigabytes of small objects. */
export const MAX_REQUEST_ELEMENTS = 1_000_000
/** Metadata of a large cluster has three arrays of broker ids for each partition. */
export const MAX_RESPONSE_ELEMENTS = 10_000_000
