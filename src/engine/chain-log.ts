import { type ChainEvent, lastLines } from '../cni/index.ts'
import type { Log } from './ports.ts'

/** Writes an event of the chain to the log: each run, what a plugin said on stderr, what a conversion lost. */
export function logChainEvent(log: Log, event: ChainEvent): void {
  const { network, plugin } = event
  switch (event.kind) {
    case 'plugin-starts':
      log.debug('plugin starts', { verb: event.verb, network, plugin, input: event.input })
      break
    case 'plugin-ended': {
      const { verb, outcome } = event
      const stderr = lastLines(outcome.stderr)
      if (stderr) log.warning('plugin wrote to stderr', { verb, network, plugin, stderr })
      log.verbose('plugin ended', { verb, network, plugin, end: outcome.end, ms: outcome.durationMs })
      break
    }
    case 'result-converted': {
      const { from, to, lost } = event
      const write = lost.length > 0 ? log.warning : log.debug
      write('result converted', { network, plugin, from, to, lost })
      break
    }
  }
}
