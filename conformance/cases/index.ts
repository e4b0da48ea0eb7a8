import type { Case } from '../case.ts'
import { addressCases } from './address.ts'
import { atomicCases } from './atomic.ts'
import { capabilityCases } from './capability.ts'
import { chainingCases } from './chaining.ts'
import { checkCases } from './check.ts'
import { concurrencyCases } from './concurrency.ts'
import { delCases } from './del.ts'
import { delOtherCases } from './del-others.ts'
import { errorCases } from './error.ts'
import { garbageCases } from './garbage.ts'
import { interfaceCases } from './interface.ts'
import { ipamCases } from './ipam.ts'
import { protocolCases } from './protocol.ts'
import { resultCases } from './result.ts'
import { statusCases } from './status.ts'
import { versionCases } from './version.ts'
import { wholeChainCases } from './whole-chain.ts'

/** Every case there is, in the order they are reported. */
export const CASES: readonly Case[] = [
  ...versionCases,
  ...protocolCases,
  ...resultCases,
  ...interfaceCases,
  ...addressCases,
  ...chainingCases,
  ...delCases,
  ...delOtherCases,
  ...checkCases,
  ...atomicCases,
  ...errorCases,
  ...capabilityCases,
  ...concurrencyCases,
  ...garbageCases,
  ...statusCases,
  ...ipamCases,
  ...wholeChainCases,
]
