import { beginRequest, endRequest } from '../../src/agent/requests.ts'
import { readNodeConfig } from '../../src/attach/node-config.ts'
import { selections } from '../../src/attach/selections.ts'
import {
  addedResult,
  CNI_VERSIONS,
  CniError,
  convertResult,
  mergeResults,
  networkList,
  newestResult,
  parseJson,
  parseJsonObject,
  toJson,
  versionedResult,
} from '../../src/cni/index.ts'
import { parseRecord, recordText } from '../../src/engine/journal-record.ts'

/*
 * What is fuzzed: each target takes any text at all, and either refuses it with a CniError of one printable line or
 * gives what keeps its promise. Anything else it throws is a finding.
 */

/** A target: gives what became of the text, in a word; throws where a promise is broken. */
export type FuzzTarget = (text: string) => string

export const TARGETS = {
  config: refusing((text) => {
    const written = parseJsonObject(text, 'it')
    const { config } = readNodeConfig(written)
    for (const delegate of config.delegates) networkList(delegate, 'it')
    rereads(written)
  }),
  definition: refusing((text) => {
    const written = parseJsonObject(text, 'it')
    for (const plugin of networkList(written, 'it').plugins) rereads(plugin)
  }),
  annotation: refusing((text) => {
    holds(selections(text, 'default', 'it').length <= 100, 'no more than 100 networks')
  }),
  result: refusing((text) => {
    const result = versionedResult(parseJson(text, 'it'), '1.0.0', 'it')
    const newest = newestResult(result)
    const merged = mergeResults([newest, newest])
    holds(toJson(merged) === toJson(mergeResults([newest])), 'merging twice is merging once')
    holds((addedResult(merged, merged).ips ?? []).length === 0, 'a network that added nothing added no address')
    for (const version of CNI_VERSIONS) convertResult(result, version)
  }),
  journal: refusing((given) => {
    const record = parseRecord(given, 'c1')
    const text = recordText(record)
    holds(recordText(parseRecord(text, 'c1')) === text, 'what is written is read again')
  }),
  begin: refusing((text) => rereads(beginRequest(text))),
  end: refusing((text) => rereads(endRequest(text))),
} as const satisfies Readonly<Record<string, FuzzTarget>>

function refusing(read: (text: string) => void): FuzzTarget {
  return (text) => {
    try {
      read(text)
      return 'read'
    } catch (fault) {
      if (!(fault instanceof CniError)) throw fault
      holds(fault.code > 0 && fault.code !== 999, `code ${fault.code} is no refusal`)
      holds(fault.msg !== '' && !/\p{Cc}/u.test(fault.msg), `not one printable line: ${JSON.stringify(fault.msg)}`)
      return fault.msg.replace(/"[^"]*"|\d+/g, '…')
    }
  }
}

function rereads(value: object): void {
  const text = toJson(value)
  holds(toJson(parseJson(text, 'it')) === text, 'what is written is read again')
}

function holds(isSo: boolean, promise: string): void {
  if (!isSo) throw new Error(`broken promise: ${promise}`)
}
