import type { Defect } from './call.ts'
import { CHAIN_DEFECTS } from './defects-chain.ts'
import { CHECK_DEFECTS } from './defects-check.ts'
import { DEL_DEFECTS } from './defects-del.ts'
import { INTERFACE_DEFECTS } from './defects-interface.ts'
import { LIFE_DEFECTS } from './defects-life.ts'
import { MODERN_DEFECTS } from './defects-modern.ts'
import { PORT_DEFECTS } from './defects-ports.ts'
import { PROTOCOL_DEFECTS } from './defects-protocol.ts'
import { RESULT_DEFECTS } from './defects-result.ts'

/** Every mutant there is, by the name of its defect. */
export const DEFECTS: Readonly<Record<string, Defect>> = {
  ...PROTOCOL_DEFECTS,
  ...RESULT_DEFECTS,
  ...INTERFACE_DEFECTS,
  ...CHAIN_DEFECTS,
  ...PORT_DEFECTS,
  ...DEL_DEFECTS,
  ...CHECK_DEFECTS,
  ...LIFE_DEFECTS,
  ...MODERN_DEFECTS,
}
