import { pathToFileURL } from 'node:url'
import { runTests } from './harness.ts'

// The program of one test file's process: the file registers its tests while it is imported.
const [file = '', grep = ''] = process.argv.slice(2)
await import(pathToFileURL(file).href)
process.exit((await runTests(grep)) === 0 ? 0 : 1)
