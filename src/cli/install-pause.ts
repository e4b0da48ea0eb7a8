import { setTimeout as delay } from 'node:timers/promises'

/** A signal that is given when this process is told to end. As a container's first process it has to hear it itself. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => controller.abort())
  return controller.signal
}

/** Waits, but no longer than until a signal is given. */
export async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stop }).catch(() => undefined)
}
