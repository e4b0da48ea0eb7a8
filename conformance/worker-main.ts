import { work } from './worker.ts'

void work()
