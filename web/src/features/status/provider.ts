const names: Record<string, string> = { gs: 'Google Cloud Storage', s3: 'S3', file: 'Directory' };

export function providerName(provider: string | undefined): string {
  return provider === undefined ? '' : (names[provider] ?? provider);
}
