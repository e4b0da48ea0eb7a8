import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { DeviceAnswer, DeviceQuestion } from './device-question.ts'

type Ask = (question: DeviceQuestion) => Promise<DeviceAnswer>

const bun = fileURLToPath(new URL('../../node_modules/.bin/bun', import.meta.url))
const program = fileURLToPath(new URL('device-program.ts', import.meta.url))

let executable: string | undefined

/** The same question asked by a process of each runtime: gRPC in the executable is not gRPC under Node. */
export const runtimes: readonly (readonly [name: string, ask: Ask])[] = [
  ['Node', (question) => answerOf(process.execPath, ['--import', 'tsx', program], question)],
  ['the executable', (question) => answerOf(compiled(), [], question)],
]

// Made once a test process, as scripts/build-executable.sh makes the real one.
function compiled(): string {
  if (executable !== undefined) return executable
  const folder = mkdtempSync(`${tmpdir()}/plexus-devices-`)
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  executable = `${folder}/program`
  const options = ['--compile', '--bytecode', '--minify', '--outfile', executable]
  execFileSync(bun, ['build', program, ...options], { stdio: 'ignore' })
  return executable
}

// Not synchronously: the kubelet that is asked lives in this process.
function answerOf(command: string, args: readonly string[], question: DeviceQuestion): Promise<DeviceAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    const output: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
    child.on('close', (status) => {
      if (status === 0) resolve(JSON.parse(Buffer.concat(output).toString()) as DeviceAnswer)
      else reject(new Error(`${command} ended with status ${status}`))
    })
    child.stdin.end(JSON.stringify(question))
  })
}
