import { toJson } from '../cni/index.ts'
import {
  addressesOf,
  type HeldCall,
  type JournalOptions,
  type JournalView,
  journalFolder,
  podName,
  viewJournal,
} from './journal-view.ts'
import { clearTerminal, print } from './print.ts'
import { type Cell, table } from './table.ts'
import { counted, isWatched, styled, width, wrapped } from './terminal.ts'

/** What `plexus ls` is told. */
export type LsOptions = JournalOptions & { readonly output: 'text' | 'json'; readonly watch?: boolean }

const WATCH_MS = 1_000
const HEADING = ['POD', 'CONTAINER', 'IF', 'NETWORK', 'ADDRESS', 'STATE']
const ID_LENGTH = 12

/**
 * Lists this node's attachments, from the journal alone; being watched, again whenever they change.
 * @throws CniError where the journal cannot be read.
 */
export async function ls(options: LsOptions): Promise<void> {
  const folder = journalFolder(options)
  const text = (): string => {
    const view = viewJournal(folder)
    return options.output === 'json' ? toJson(listed(view), 2) : listText(view)
  }
  if (options.watch) return watched(text)
  print(text())
}

async function watched(text: () => string): Promise<never> {
  for (let shown = ''; ; await new Promise((resolve) => setTimeout(resolve, WATCH_MS))) {
    const now = text()
    if (now !== shown) {
      if (isWatched()) clearTerminal()
      print(now)
    }
    shown = now
  }
}

function listText({ calls, unreadable, folder }: JournalView): string {
  const rows = [...calls].sort(byPod).flatMap(rowsOf)
  const stale = calls.filter(({ isStale }) => isStale).length
  return [
    rows.length === 0 ? `Nothing is attached here: ${folder} holds no container.` : table(HEADING, rows, width()),
    ...(stale > 0
      ? ['', `${counted(stale, 'sandbox is', 'sandboxes are')} gone: plexus gc deletes what is left.`]
      : []),
    ...unreadable.map(({ msg }) => `\n${wrapped(msg)}`),
  ].join('\n')
}

// A line for each address, so that no column is wider than it need be.
function rowsOf({ containerId, call, isStale }: HeldCall): readonly (readonly Cell[])[] {
  return call.attachments.flatMap((attachment, index) => {
    const owner = index === 0 ? [podName(call), containerId.slice(0, ID_LENGTH)] : ['', '']
    const { state, ifName, name } = attachment
    const shown = isStale ? 'gone' : state
    const paint = (text: string): string => styled(shown === 'added' ? 'green' : 'yellow', text)
    const [first = '-', ...more] = addressesOf(attachment).ips
    return [
      [...owner, ifName, name, first, { text: shown, paint }],
      ...more.map((address) => ['', '', '', '', address, '']),
    ]
  })
}

function listed({ calls, unreadable }: JournalView): object {
  const attachments = calls.flatMap(({ containerId, call, isStale }) =>
    call.attachments.map((attachment) => ({
      containerId,
      pod: call.pod ? podName(call) : null,
      network: attachment.name,
      interface: attachment.ifName,
      ...addressesOf(attachment),
      cniVersion: attachment.network.cniVersion,
      state: attachment.state,
      sandbox: call.netns,
      isStale,
      startedAt: call.startedAt,
    })),
  )
  return { attachments, unreadable }
}

function byPod(one: HeldCall, other: HeldCall): number {
  const [a, b] = [`${podName(one.call)} ${one.containerId}`, `${podName(other.call)} ${other.containerId}`]
  return a < b ? -1 : Number(a > b)
}
