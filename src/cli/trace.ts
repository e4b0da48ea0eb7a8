import { asCniError, type PluginRun } from '../cni/index.ts'
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
  /** What goes on at the same time is in different ones. */
  readonly tid: number
}

/** Writes down a step that began at a moment of `performance.now()` and has just ended. */
type Trace = (name: string, port: string, began: number) => void

type Step = (...given: unknown[]) => unknown

// What these do are the steps of a call; the rest of the ports only listen.
const TRACED: readonly (keyof Ports)[] = [
  ...(['exec', 'files', 'source', 'reporter', 'turns', 'devices', 'deviceInfos'] as const),
  ...(['journal', 'routes', 'locks', 'machine'] as const),
]

/**
 * A carrier that does what the given one does, and in the end writes what took how long to a new file. A trace that
 * cannot be written is said in the log.
 * @param path Of a file that is not there yet: nothing is written over, and no link is followed.
 * @param began When the call's input began to be read, on the clock of `performance.now()`.
 */
export function tracedCarrier({ ports, ended }: Carrier, path: string, began: number): Carrier {
  const spans: Span[] = []
  const trace: Trace = (name, port, from) => spans.push(spanOf(name, port, from, performance.now()))
  spans.push(spanOf('start', 'process', 0, began))
  trace('invocation and node configuration', 'process', began)
  return {
    ports: tracedPorts(ports, trace),
    async ended(code) {
      await timed(trace, 'end', 'turns', () => ended(code))
      try {
        writeNewFile(path, `${JSON.stringify({ displayTimeUnit: 'ms', traceEvents: spans })}\n`)
      } catch (fault) {
        ports.log.warning('the trace cannot be written', { cause: asCniError(fault).msg })
      }
    },
  }
}

function spanOf(name: string, port: string, began: number, ended: number): Span {
  // The journal is written to disk while a delegate runs.
  const tid = name === 'flush' ? 2 : 1
  return { name, cat: port, ph: 'X', ts: began * 1000, dur: (ended - began) * 1000, pid: process.pid, tid }
}

function tracedPorts(ports: Ports, trace: Trace): Ports {
  const traced = TRACED.flatMap((port) => {
    const steps = ports[port]
    return steps ? [[port, tracedPort(port, steps as object, trace)] as const] : []
  })
  return { ...ports, ...Object.fromEntries(traced) }
}

function tracedPort(port: string, steps: object, trace: Trace): object {
  const traced = Object.entries(steps as Readonly<Record<string, Step>>).map(([name, step]) => {
    const timedStep: Step = (...given) => timed(trace, titleOf(name, given), port, () => step(...given))
    return [name, timedStep] as const
  })
  return Object.fromEntries(traced)
}

function timed<T>(trace: Trace, name: string, port: string, step: () => T): T {
  const began = performance.now()
  const given = step()
  const over = (): void => trace(name, port, began)
  if (given instanceof Promise) given.then(over, over)
  else over()
  return given
}

// A delegate's run is named for it: `bridge ADD net1`.
function titleOf(name: string, [first]: readonly unknown[]): string {
  if (name !== 'run') return name
  const { path, env } = first as PluginRun
  return [path.slice(path.lastIndexOf('/') + 1), env['CNI_COMMAND'], env['CNI_IFNAME']].join(' ')
}
