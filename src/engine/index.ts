/**
 * Carries a plan out on this node: the verbs, the journal, undoing. What it needs of the machine, it declares as
 * ports. How an attachment is made and undone step by step is deliberately not in here.
 */
export { collectEarlierBoots } from './boot-collection.ts'
export { carryOut } from './carry-out.ts'
export type { ConfiguredInvocation } from './context.ts'
export { type Found, findRecord } from './journal.ts'
export {
  type AttachmentRecord,
  type CallRecord,
  type ContainerRecord,
  JOURNAL_VERSION,
  parseRecord,
} from './journal-record.ts'
export type { MultusFiles, TextFiles } from './multus-files.ts'
export type { PluginRunRecord } from './plugin-runs.ts'
export type {
  BootCollection,
  DeviceAttachment,
  DeviceInfos,
  Devices,
  JournalStore,
  Locks,
  Log,
  Machine,
  PodEvent,
  PodRef,
  PodReport,
  Ports,
  Reporter,
  Routes,
  RunVerb,
  Source,
  Turns,
} from './ports.ts'
export { attachedReport, failedReport } from './report.ts'
