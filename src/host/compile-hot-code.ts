/**
 * Lets what runs often be compiled, as is usual: the executable starts with thresholds that no call of a runtime
 * reaches, whose code runs once. For a process that stays.
 */
export function compileHotCode(): void {
  if (process.versions['bun'] !== undefined) Bun.unsafe.setJITPolicy(1)
}
