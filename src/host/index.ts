/**
 * The only room that touches the machine. It implements the ports the other rooms declare; nobody but `main.ts`,
 * `cli/` and `agent/` imports it.
 */
export { bootCollection, COLLECTING } from './boot-collection.ts'
export { hostLocks } from './call-locks.ts'
export { type CallTurns, callTurns } from './call-turns.ts'
export { type CommandEnd, passToCommand, runCommand } from './command.ts'
export { compileHotCode } from './compile-hot-code.ts'
export { hostDeviceInfos } from './device-info.ts'
export { hostDevices } from './device-sources.ts'
export { hostExec, runProgram } from './exec.ts'
export { hostFiles } from './files.ts'
export { journalFiles } from './journal-files.ts'
export { hostAndPort } from './listen-address.ts'
export { hostLog } from './log.ts'
export { hostMachine } from './machine.ts'
export { multusFiles } from './multus-files.ts'
export { writeNewFile } from './new-file.ts'
export { requireOwnFolders, strangerAtSocket } from './ownership.ts'
export { hostRoutes } from './routes.ts'
export { exitNow, readStdin, writeStdout } from './stdio.ts'
