import { toJson } from '../cni/index.ts'
import type { AttachmentRecord } from '../engine/index.ts'
import {
  addressesOf,
  callsMeant,
  type HeldCall,
  type JournalOptions,
  journalFolder,
  podName,
  viewJournal,
} from './journal-view.ts'
import { print } from './print.ts'
import { drawsUnicode, styled, width } from './terminal.ts'

/** What `plexus show` is told. */
export type ShowOptions = JournalOptions & { readonly output: 'text' | 'json' }

type TimedRun = {
  readonly label: string
  readonly plugin: string
  readonly startMs: number
  readonly durationMs: number
}

/**
 * Shows all that the journal holds of a container, with the time line of its ADD.
 * @throws CniError 3 where the journal has no such container.
 */
export function show(container: string, options: ShowOptions): void {
  const calls = callsMeant(viewJournal(journalFolder(options)), container)
  print(options.output === 'json' ? toJson(calls, 2) : calls.map(callText).join('\n\n'))
}

function callText({ containerId, call, isStale }: HeldCall): string {
  const { netns, startedAt, network, ifName, attachments } = call
  const facts = [
    ['pod', podName(call) + (call.pod?.uid ? `, uid ${call.pod.uid}` : '')],
    ['container', containerId],
    ['sandbox', netns + (isStale ? styled('yellow', '  (gone: plexus gc deletes what is left)') : '')],
    ['added', `${startedAt}, by ${network} as ${ifName}`],
  ].map(([name = '', value]) => `${name.padEnd(11)}${value}`)
  return [...facts, '', ...attachments.flatMap(attachmentLines), ...timeLine(attachments)].join('\n')
}

function attachmentLines(attachment: AttachmentRecord): readonly string[] {
  const { ifName, name, network, isDefault, state } = attachment
  const { ips, mac } = addressesOf(attachment)
  const types = network.plugins.map(({ type }) => type).join(', ')
  const marks = [isDefault ? 'default network' : '', state === 'added' ? '' : state].filter((mark) => mark !== '')
  return [
    [styled('bold', ifName.padEnd(11)) + name, ...marks].join('  '),
    `           CNI ${network.cniVersion}, plugins ${types}`,
    ...(ips.length > 0 || mac ? [`           ${[...ips, mac].filter((text) => text !== '').join('  ')}`] : []),
    '',
  ]
}

function timeLine(attachments: readonly AttachmentRecord[]): readonly string[] {
  const runs = attachments.flatMap(({ ifName, runs = [] }): readonly TimedRun[] =>
    runs.map((run) => ({ ...run, label: ifName })),
  )
  if (runs.length === 0) return []
  const end = Math.max(...runs.map(({ startMs, durationMs }) => startMs + durationMs))
  const names = Math.max(...runs.map(({ label, plugin }) => label.length + plugin.length + 2))
  const room = Math.max(10, width() - names - 13)
  const scale = (ms: number): number => Math.round((ms / Math.max(end, 1)) * room)
  const bars = runs.map(({ label, plugin, startMs, durationMs }) => {
    const from = Math.min(scale(startMs), room - 1)
    const length = Math.max(1, Math.min(scale(durationMs), room - from))
    const bar = (drawsUnicode() ? '█' : '#').repeat(length)
    return `${`${label}  ${plugin}`.padEnd(names)}${durationMs.toFixed(1).padStart(8)} ms  ${' '.repeat(from)}${styled('cyan', bar)}`
  })
  return [`ADD took its plugins ${end.toFixed(1)} ms from the first to the last:`, ...bars]
}
