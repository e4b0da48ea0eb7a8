import type { Case } from '../case.ts'
import { addressCases } from './address.ts'
import { delCases } from './del.ts'
import { delOtherCases } from './del-others.ts'
import { interfaceCases } from './interface.ts'
import { protocolCases } from './protocol.ts'
import { resultCases } from './result.ts'
import { versionCases } from './version.ts'

/** Every case there is, in the order they are reported. */
export const CASES: readonly Case[] = [
  ...versionCases,
  ...protocolCases,
  ...resultCases,
  ...interfaceCases,
  ...addressCases,
  ...delCases,
  ...delOtherCases,
]
