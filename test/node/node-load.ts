import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ApiServer } from './kube-apiserver.ts'

/** When a pod was asked for, ran, was deleted and was gone, in milliseconds, and what its status named. */
export type PodLife = {
  readonly pod: string
  readonly interfaces: readonly string[]
  readonly asked: number
  readonly running: number
  readonly deleted: number
  readonly gone: number
}

/** Pods that come and go, in processes of their own. */
export type Load = {
  /** Ends it when the pods at hand are gone. Throws where a pod did not start, or did not go. */
  readonly end: () => Promise<readonly PodLife[]>
}

const LIVES = new URL('pod-lives.ts', import.meta.url).pathname

/** Starts so many pods of a node at once, each followed by another when it is gone. */
export function startLoad({ adminKubeconfig }: ApiServer, pods: number): Load {
  const all = Array.from({ length: pods }, (_, index) => startLives(`load${index + 1}`, adminKubeconfig))
  return { end: async () => (await Promise.all(all.map((lives) => lives.end()))).flat() }
}

function startLives(name: string, kubeconfig: string): Load {
  const child = spawn(process.execPath, ['--import', 'tsx', LIVES, name, kubeconfig])
  const ended = once(child, 'close')
  const printed = { stdout: textOf(child.stdout), stderr: textOf(child.stderr) }
  return {
    async end() {
      child.kill('SIGTERM')
      await ended
      if (child.exitCode !== 0) throw new Error(`${name}: ${printed.stderr()}`)
      return printed
        .stdout()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    },
  }
}

function textOf(stream: NonNullable<ChildProcess['stdout']>): () => string {
  let text = ''
  stream.setEncoding('utf8').on('data', (more: string) => {
    text += more
  })
  return () => text
}
