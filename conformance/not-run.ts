/** Thrown where a case cannot be told for this plugin, configuration or kernel; the message is the reason. */
export class NotRun extends Error {
  override readonly name = 'NotRun'
}
