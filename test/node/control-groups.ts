import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'

const ROOT = '/sys/fs/cgroup'
const PATIENCE_MS = 10_000

/** Makes a control group of this name, in every hierarchy the machine has. They are the machine's: none is private. */
export function makeControlGroup(name: string): void {
  for (const hierarchy of hierarchies()) {
    const folder = `${hierarchy}/${name}`
    mkdirSync(folder, { recursive: true })
    // Without these, no process can be put into it.
    for (const setting of ['cpuset.cpus', 'cpuset.mems'])
      if (existsSync(`${folder}/${setting}`))
        writeFileSync(`${folder}/${setting}`, readFileSync(`${hierarchy}/${setting}`))
  }
}

/** Kills every process of a control group and removes it with those below it. Waits without returning, as at an exit. */
export function removeControlGroup(name: string): void {
  const end = Date.now() + PATIENCE_MS
  for (const hierarchy of hierarchies()) {
    const folder = `${hierarchy}/${name}`
    while (existsSync(folder) && !isRemoved(folder) && Date.now() < end) pause(20)
  }
}

function hierarchies(): readonly string[] {
  if (existsSync(`${ROOT}/cgroup.controllers`)) return [ROOT]
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${ROOT}/${name}`)
}

function isRemoved(folder: string): boolean {
  try {
    const inside = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const removed = inside.map(({ name }) => isRemoved(`${folder}/${name}`))
    for (const pid of readFileSync(`${folder}/cgroup.procs`, 'utf8').trim().split('\n')) kill(Number(pid))
    if (removed.includes(false)) return false
    rmdirSync(folder)
    return true
  } catch {
    // A process is not gone yet, or what was there a moment ago is.
    return !existsSync(folder)
  }
}

function kill(pid: number): void {
  // A process of another namespace has the number 0 here, which would mean our own group.
  if (pid === 0) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
