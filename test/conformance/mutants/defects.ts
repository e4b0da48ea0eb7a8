import type { Defect } from './call.ts'
import { LIFE_DEFECTS } from './defects-life.ts'
import { MODERN_DEFECTS } from './defects-modern.ts'
import { PROTOCOL_DEFECTS } from './defects-protocol.ts'
import { RESULT_DEFECTS } from './defects-result.ts'

/** Every mutant there is, by the name of its defect. */
export const DEFECTS: Readonly<Record<string, Defect>> = {
  ...PROTOCOL_DEFECTS,
  ...RESULT_DEFECTS,
  ...LIFE_DEFECTS,
  ...MODERN_DEFECTS,
}
