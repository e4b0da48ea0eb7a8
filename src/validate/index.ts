/**
 * Says what is wrong with definitions, pods, node configurations and network configurations, and where. Pure: texts and
 * facts in, findings out; what it judges by is what an ADD judges by, the readers of `attach` and `cni`.
 */
export type { Facts } from './facts.ts'
export type { Finding } from './finding.ts'
export { RULES, type Rule, type Severity } from './remark.ts'
export type { SourceText } from './source-text.ts'
export { type ValidateInput, type Validation, validate } from './validate.ts'
