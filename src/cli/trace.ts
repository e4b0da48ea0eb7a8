import { asCniError } from '../cni/index.ts'
import type { Ports } from '../engine/index.ts'
import { writeNewFile } from '../host/index.ts'
import type { Carrier } from './carrier.ts'

/** One step of a call, in the format of Chrome's traces: times in microseconds since the process began. */
type Span = {
  readonly name: string
  readonly cat: string
  readonly ph: 'X'
  readonly ts: number
  readonly dur: number
  readonly pid: number
  readonly tid: number
}

type Step = (...given: never[]) => unknown

// What each of these does is a step; the log is none, and the rest are no ports.
const TRACED = [
  ...(['exec', 'files', 'source', 'reporter', 'turns', 'devices', 'deviceInfos'] as const),
  ...(['journal', 'routes', 'locks', 'machine'] as const),
] satisfies readonly (keyof Ports)[]

const MAIN_LINE = 1
// What goes on while a delegate runs would cover it.
const BESIDE = 2

/**
 * A carrier that does what the given one does, and at the end writes to a new file what took how long: every step
 * through a port, and what was before it. A trace that cannot be written is said in the log.
 * @param path Of a file that is not there yet: nothing is written over, and no link is followed.
 * @param began When the call's input began to be read, on the clock of `performance.now()`.
 */
export function tracedCarrier({ ports, ended }: Carrier, path: string, began: number): Carrier {
  const spans: Span[] = []
  const trace = (name: string, cat: string, from: number, tid = MAIN_LINE): void => {
    const [ts, dur] = [from * 1000, (performance.now() - from) * 1000]
    spans.push({ name, cat, ph: 'X', ts, dur, pid: process.pid, tid })
  }
  spans.push({ name: 'start', cat: 'process', ph: 'X', ts: 0, dur: began * 1000, pid: process.pid, tid: MAIN_LINE })
  trace('read input', 'process', began)
  const carried = performance.now()
  return {
    ports: tracedPorts(ports, trace),
    async ended(code) {
      const from = performance.now()
      await ended(code)
      trace('ended', 'agent', from)
      trace('call', 'process', carried)
      try {
        writeNewFile(path, `${JSON.stringify({ displayTimeUnit: 'ms', traceEvents: spans })}\n`)
      } catch (fault) {
        ports.log.warning('the trace cannot be written', { cause: asCniError(fault).msg })
      }
    },
  }
}

function tracedPorts(ports: Ports, trace: (name: string, cat: string, from: number, tid?: number) => void): Ports {
  const traced = TRACED.map((key) => {
    const steps = Object.entries(ports[key] ?? {}) as [string, Step][]
    const entries = steps.map(([name, step]) => [name, timed(step, (given, from) => trace(...spanOf(key, name, given), from, tidOf(name)))])
    return [key, ports[key] && Object.fromEntries(entries)]
  })
  return { ...ports, ...Object.fromEntries(traced) }
}
