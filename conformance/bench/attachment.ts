import type { JsonObject, VersionedResult } from '../../src/cni/index.ts'
import type { Column } from '../column.ts'
import type { Subject } from '../subject.ts'
import type { PluginRequest } from './run-plugin.ts'
import type { RunRecord } from './run-record.ts'
import type { Sandbox } from './sandbox.ts'

/** How an attachment is named, and what it is to be made with. */
export type AttachmentOptions = {
  readonly sandbox?: Sandbox
  readonly containerId?: string
  readonly ifName?: string
  /** Changes the configuration of the plugin under test in every run. */
  readonly config?: ConfigChange
  /** Folders that plugins are looked for in before the vendor's. */
  readonly pluginFolders?: readonly string[]
  /** Capability arguments over those the vendor gave. */
  readonly capabilityArgs?: JsonObject
}

/** A change of the configuration a plugin is sent; a key that becomes undefined is left out. */
export type ConfigChange = (config: JsonObject) => Readonly<Record<string, JsonObject[string] | undefined>>

/** What a single run has different from what a runtime would send. */
export type Change = {
  /** Variables over those of the attachment; what is undefined is left out. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly config?: ConfigChange
  /** The whole text on stdin, in place of a configuration. */
  readonly stdin?: string
  /** In place of the result a runtime would hand over; undefined for none. */
  readonly prevResult?: JsonObject | undefined
}

/** One attachment of a container, through every verb. */
export type Attachment = {
  readonly containerId: string
  /** The interface in the sandbox. */
  readonly ifName: string
  readonly sandbox: Sandbox
  /** The result of the plugins before the one under test; undefined where there are none. */
  readonly prevResult: () => VersionedResult | undefined
  /** The final result of the last ADD that succeeded. */
  readonly result: () => VersionedResult | undefined
  /**
   * Runs the plugins before the one under test, once.
   * @throws NotRun where one of them fails.
   */
  readonly prepare: () => Promise<void>
  /** What a runtime would run the plugin under test with, but for the change. */
  readonly request: (verb: string, change?: Change) => PluginRequest
  /** Runs {@link request}; an ADD after {@link prepare}. */
  readonly run: (verb: string, change?: Change) => Promise<RunRecord>
  /**
   * Adds, and gives the result in the newest version's shape.
   * @throws NotRun where the ADD fails or its result is none: other cases tell of that.
   */
  readonly added: (change?: Change) => Promise<Added>
  /** Deletes. @throws NotRun where that fails: other cases tell of that. */
  readonly deleted: (change?: Change) => Promise<void>
  /** Deletes what the plugins before the one under test made. */
  readonly dismantle: () => Promise<void>
}

/** An ADD that succeeded. */
export type Added = { readonly result: VersionedResult; readonly run: RunRecord }

/** What an attachment is made from. */
export type AttachmentGround = {
  readonly subject: Subject
  readonly column: Column
  readonly run: (request: PluginRequest) => Promise<RunRecord>
}

/** The options of an attachment, with what is needed of them filled in. */
export type NamedAttachment = AttachmentOptions &
  Required<Pick<AttachmentOptions, 'sandbox' | 'containerId' | 'ifName'>>
