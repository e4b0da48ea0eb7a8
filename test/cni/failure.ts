import { CniError } from '../../src/cni/index.ts'

/** The CniError a promise is rejected with; fails where it is kept, or rejected with anything else. */
export async function failureOf(promise: Promise<unknown>): Promise<CniError> {
  try {
    await promise
  } catch (fault) {
    if (fault instanceof CniError) return fault
    throw fault
  }
  throw new Error('nothing was thrown')
}
