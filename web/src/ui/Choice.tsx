import type { ReactNode } from 'react';
import classes from './Choice.module.css';

interface ChoiceProps {
  name: string;
  title: ReactNode;
  text?: ReactNode;
  tag?: ReactNode;
  checked: boolean;
  onChoose: () => void;
}

// A radio button that is a card.
export function Choice({ name, title, text, tag, checked, onChoose }: ChoiceProps) {
  return (
    <label className={classes.choice} data-checked={checked || undefined}>
      <input type="radio" name={name} checked={checked} onChange={onChoose} />
      <span className={classes.choiceWords}>
        <span className={classes.choiceTitle}>{title}</span>
        {text !== undefined && <span className="dimmed small">{text}</span>}
      </span>
      {tag}
    </label>
  );
}

// Several of them, of which one is chosen.
export function Choices({ legend, children }: { legend: string; children: ReactNode }) {
  return (
    <fieldset className={classes.choices}>
      <legend className="reader-only">{legend}</legend>
      {children}
    </fieldset>
  );
}
