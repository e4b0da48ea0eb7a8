import { readdirSync, readlinkSync } from 'node:fs'
import { CniError } from '../cni/index.ts'
import { patience } from './patience.ts'
import { processStat, readProc } from './proc.ts'
import { lives, ownIdentity } from './process-identity.ts'

/*
 * A Plexus that is killed leaves the delegate it was running behind, which goes on. Every process it starts, and what
 * those start, carries its identity in the environment: so an orphan is told from the delegate of a living Plexus, and
 * from a runtime's own wrapper scripts, whatever process has become its parent.
 */
const MARK = 'PLEXUS_PROCESS'
const KILLED_WITHIN_MS = 2_000

/**
 * The environment variable that says which Plexus a delegate belongs to; this one.
 * @throws CniError 5 where /proc cannot be read.
 */
export function delegateMark(): Readonly<Record<string, string>> {
  return { [MARK]: ownIdentity() }
}

/** The processes that still run of the calls for a container whose Plexus has died; of GC and STATUS where it is ''. */
export function runningDelegates(containerId: string): readonly number[] {
  return processes().filter((pid) => isOrphan(pid, containerId))
}

/**
 * Lets what {@link runningDelegates} finds end by itself, for up to `graceMs`; what then still runs is killed, process
 * groups whole. Returns the processes it killed.
 */
export async function endOrphans(containerId: string, graceMs: number): Promise<readonly number[]> {
  await gone(containerId, patience(graceMs))
  const killed = new Set<number>()
  await gone(containerId, patience(KILLED_WITHIN_MS), (found) => {
    for (const pid of found.filter(isMarked)) {
      killed.add(pid)
      killGroupOf(pid)
    }
  })
  return [...killed]
}

async function gone(
  containerId: string,
  pause: () => Promise<boolean>,
  end: (found: readonly number[]) => void = () => {},
): Promise<void> {
  // What runs may start others while it is waited for, so that all processes are looked at again in the end.
  for (let found = runningDelegates(containerId); found.length > 0; found = runningDelegates(containerId)) {
    end(found)
    while (found.some((pid) => isOrphan(pid, containerId))) if (!(await pause())) return
  }
}

function isOrphan(pid: number, containerId: string): boolean {
  const environment = environmentOf(pid)
  if (variable(environment, 'CNI_CONTAINERID') !== containerId) return false
  const plexus = variable(environment, MARK)
  return plexus === undefined ? isBeforeExec(pid) : !lives(plexus)
}

function isMarked(pid: number): boolean {
  return variable(environmentOf(pid), MARK) !== undefined
}

// A delegate that is just being started still is a copy of the Plexus that starts it, environment and all, less its
// other threads. It is waited for, and never killed: a Plexus that has just come up looks like it.
function isBeforeExec(pid: number): boolean {
  return processStat(pid)?.threads === 1 && executableOf(pid) === executableOf(process.pid)
}

function executableOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    return undefined
  }
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readProc(`/proc/${pid}/environ`)?.split('\0') ?? []
  } catch (fault) {
    // One that may not be looked at was not started by this user's Plexus.
    if (fault instanceof CniError) return []
    throw fault
  }
}

function variable(environment: readonly string[], name: string): string | undefined {
  return environment.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1)
}

function processes(): readonly number[] {
  const pids = readdirSync('/proc').map(Number)
  return pids.filter((pid) => Number.isInteger(pid) && pid !== process.pid)
}

function killGroupOf(pid: number): void {
  const group = processStat(pid)?.group
  // The one this process is in is no delegate's.
  if (group === undefined || group === processStat(process.pid)?.group) return
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}
