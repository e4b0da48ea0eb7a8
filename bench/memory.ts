import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Whose memory is meant: a program, without one process of it that is measured apart. */
export type Watched = { readonly program: string; readonly without: number | undefined }

/** The memory that all processes of a program have at the moment, in MiB: the sum of their proportional set sizes. */
export function memoryOf({ program, without }: Watched): number {
  return processesOf(program)
    .filter((pid) => pid !== without)
    .reduce((sum, pid) => sum + memoryOfProcess(pid), 0)
}

/** The memory of a process in MiB, its proportional set size; nothing where it has ended. */
export function memoryOfProcess(pid: number): number {
  try {
    const [, kib = '0'] = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? []
    return Number(kib) / 1024
  } catch {
    return 0
  }
}

/** The most that a figure comes to while something goes on; looked at every 50 ms. */
export async function highest(figure: () => number, meanwhile: Promise<unknown>): Promise<number> {
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, figure())
  }, 50)
  try {
    await meanwhile
    return most
  } finally {
    clearInterval(timer)
  }
}

function processesOf(program: string): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && isOf(pid, program))
}

function isOf(pid: number, program: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`) === program
  } catch {
    return false
  }
}
