import { CniError } from '../../src/cni/index.ts'

/** The CniError a call throws, as `code msg`; fails where it throws nothing, or anything else. */
export function refusal(call: () => unknown): string {
  try {
    call()
  } catch (fault) {
    if (fault instanceof CniError) return `${fault.code} ${fault.msg}`
    throw fault
  }
  throw new Error('nothing was thrown')
}

/** Whether a call gives an answer, or a CniError that is not an internal one: all that input may bring about. */
export function isAnswered(call: () => unknown): boolean {
  try {
    call()
  } catch (fault) {
    return fault instanceof CniError && fault.code !== 999
  }
  return true
}
