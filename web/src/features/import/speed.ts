const windowMs = 15_000;

// How fast it went in the last seconds.
export class Speed {
  private samples: { at: number; bytes: number }[] = [];

  note(bytes: number, at = Date.now()): void {
    const last = this.samples.at(-1);
    // It begins anew where the server is.
    if (last !== undefined && bytes < last.bytes) this.samples = [];
    this.samples.push({ at, bytes });
    while (this.samples.length > 2 && (this.samples[0]?.at ?? at) < at - windowMs) this.samples.shift();
  }

  forget(): void {
    this.samples = [];
  }

  // undefined: too early to say.
  get bytesPerSecond(): number | undefined {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (!first || !last || last.at - first.at < 500 || last.bytes <= first.bytes) return undefined;
    return (1000 * (last.bytes - first.bytes)) / (last.at - first.at);
  }
}
