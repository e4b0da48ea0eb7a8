import { readFileSync } from 'node:fs'
import { writeStdout } from '../../src/host/index.ts'
import { answerTo, type DeviceQuestion } from './device-question.ts'

// Answers the question on stdin, both as JSON, and ends by itself: whatever stayed open would keep it alive.
void answerTo(JSON.parse(readFileSync(0, 'utf8')) as DeviceQuestion).then((answer) =>
  writeStdout(JSON.stringify(answer)),
)
