import type { RunVerb } from '../engine/index.ts'

/** A place in the queue, and later a turn. */
export type Turn = {
  /** Resolves when the turn has come; never, where it was given back before. */
  readonly come: Promise<void>
  /** Gives the turn, or the place in the queue, back. May be called again. */
  readonly giveBack: () => void
}

/** Who runs delegates, and who waits for it. */
export type TurnQueue = {
  join(verb: RunVerb): Turn
  running(): number
  waiting(): number
  /** Another limit, from now on; turns that are taken already stay. */
  limit(atOnce: number): void
}

type Waiting = { readonly begin: () => void }

/** A queue in which at most `atOnce` have their turn: DELs first, since they make room; else in the order they came. */
export function turnQueue(atOnce: number): TurnQueue {
  let most = atOnce
  let running = 0
  const dels: Waiting[] = []
  const others: Waiting[] = []
  const serve = (): void => {
    while (running < most) {
      const next = dels.shift() ?? others.shift()
      if (!next) return
      running += 1
      next.begin()
    }
  }
  return {
    join(verb) {
      const line = verb === 'DEL' ? dels : others
      let state: 'waiting' | 'running' | 'over' = 'waiting'
      let waiting: Waiting | undefined
      const come = new Promise<void>((resolve) => {
        waiting = {
          begin: () => {
            state = 'running'
            resolve()
          },
        }
        line.push(waiting)
      })
      serve()
      return {
        come,
        giveBack() {
          if (state === 'running') running -= 1
          else if (state === 'waiting' && waiting) line.splice(line.indexOf(waiting), 1)
          state = 'over'
          serve()
        },
      }
    },
    running: () => running,
    waiting: () => dels.length + others.length,
    limit(next) {
      most = next
      serve()
    },
  }
}
