import { readdirSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AgentNode, RunningAgent } from '../agent/agent-node.ts'
import { REFERENCE_PLUGINS } from '../engine/plexus.ts'
import type { Tally } from './tally.ts'

/** Trouble that goes on until the work is done. */
export type Trouble = { readonly ended: () => Promise<void> }

// At these parts of the work.
const AGENT_DIES = [0.2, 0.5, 0.8]
const API_GOES = [0.35, 0.65]
const API_AWAY_MS = 5_000
const DELEGATE_DIES_MS = 400

/** Kills a delegate now and then, the agent three times with -9, and takes the API server away twice. */
export function makeTrouble(
  { api, startAgent }: AgentNode,
  agents: { current: RunningAgent },
  { progress, tally }: { readonly progress: () => number; readonly tally: Tally },
): Trouble {
  const atParts = async (parts: readonly number[], make: () => Promise<void>): Promise<void> => {
    for (const part of parts) {
      while (progress() < part) await sleep(50)
      await make()
    }
  }
  const dying = atParts(AGENT_DIES, async () => {
    tally.count('the agent was killed')
    await agents.current.end('SIGKILL')
    await sleep(1_000)
    agents.current = await startAgent('/healthz')
  })
  const going = atParts(API_GOES, async () => {
    tally.count('the API server went away')
    await api.stop()
    await sleep(API_AWAY_MS)
    await api.start()
  })
  const killing = (async (): Promise<void> => {
    while (progress() < 1) {
      await sleep(DELEGATE_DIES_MS)
      if (killOneOf(delegates())) tally.count('a delegate was killed')
    }
  })()
  return { ended: () => Promise.all([dying, going, killing]).then(() => undefined) }
}

function delegates(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => programOf(pid).startsWith(`${REFERENCE_PLUGINS}/`))
}

function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    return ''
  }
}

function killOneOf(pids: readonly number[]): boolean {
  const pid = pids[Math.floor(Math.random() * pids.length)]
  if (pid === undefined) return false
  try {
    process.kill(pid, 'SIGKILL')
    return true
  } catch {
    return false
  }
}
