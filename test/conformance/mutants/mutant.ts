import { readFileSync, writeSync } from 'node:fs'
import { type Answer, type Call, type Config, type Defect, type Real, runPath } from './call.ts'
import { DEFECTS } from './defects.ts'
import { modernBridge } from './modern.ts'

// mutant.ts NAME REAL: a plugin that is the executable REAL with the defect NAME; without a defect where NAME has none.

const [name = '', path = ''] = process.argv.slice(2)

function main(): void {
  const defect: Defect | undefined = DEFECTS[name]
  const plain: Real = (call) => runPath(path, call)
  const real: Real = name === 'modern' || defect?.of === 'modern' ? modernBridge(plain) : plain
  const call = readCall()
  print(defect ? defect.answer(call, real) : real(call))
}

function readCall(): Call {
  const verb = process.env['CNI_COMMAND'] ?? ''
  // VERSION takes nothing from stdin, which may stay open.
  const stdin = verb === 'VERSION' ? '' : readFileSync(0, 'utf8')
  return { verb, env: { ...process.env }, stdin, config: configOf(stdin) }
}

function configOf(stdin: string): Config | undefined {
  try {
    const value: unknown = JSON.parse(stdin)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Config) : undefined
  } catch {
    return undefined
  }
}

function print({ status, stdout, stderr }: Answer): void {
  writeSync(1, stdout)
  writeSync(2, stderr)
  process.exitCode = status
}

main()
