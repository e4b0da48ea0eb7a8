import { hostLog, type LogSettings } from '../../src/host/log.ts'

// log-two-lines.ts SETTINGS: logs two errors.
const log = hostLog(JSON.parse(process.argv[2] ?? '') as LogSettings)
log.error('one')
log.error('two')
