/** Drops `user:password@` from every URI in a text. */
export function withoutUserInfo(text: string): string {
  return text.replace(/:\/\/[^\s/?#"\\]*@/g, '://');
}
