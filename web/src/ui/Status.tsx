import type { Icon } from './icons';
import classes from './Status.module.css';

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'idle';

interface Props {
  tone: Tone;
  icon: Icon;
  word: string;
  quiet?: boolean;
  spin?: boolean;
}

// Never colour alone: an icon of its own and a word.
export function Status({ tone, icon: StatusIcon, word, quiet = false, spin = false }: Props) {
  return (
    <span className={classes.status} data-tone={tone} data-quiet={quiet || undefined}>
      <StatusIcon size={15} stroke={2.2} aria-hidden="true" className={spin ? classes.spin : undefined} />
      {word}
    </span>
  );
}
