#!/usr/bin/env node
import { answerCall } from './cli/plugin-call.ts'
import { exitNow, readStdin, writeStdout } from './host/index.ts'

// A runtime sets CNI_COMMAND for its plugins; a person does not.
if (process.env['CNI_COMMAND'] === undefined) void commandLine()
else void plugin()

async function plugin(): Promise<void> {
  const { stdout, status } = await answerCall({ env: process.env, stdin: readStdin })
  writeStdout(stdout)
  exitNow(status)
}

// Loaded late: no call of a runtime needs it.
async function commandLine(): Promise<void> {
  const { runCommandLine } = await import('./cli/command-line.ts')
  await runCommandLine(process.argv.slice(2))
}
