/** Prints the five answers about a placement, and the FITS column. */

import type { Answer } from '../../shared/model/fit-result.ts';
import type { Answers } from '../../shared/model/five-answers.ts';
import { oneLine } from '../output/text.ts';
import type { RenderOptions } from './render-options.ts';

/** One line for each answer. */
export function answerLines(answers: Answers, { style }: RenderOptions): string[] {
  const why = answers.fitReasons.map(({ message }) => oneLine(message)).join(' ');
  const words = { selected: '', desired: '', fits: why, current: '', ready: '' };
  return (Object.keys(words) as (keyof typeof words)[]).map((word) => {
    const answer = paintAnswer(answers[word], style)(answers[word]);
    return `  ${word.padEnd(ANSWER_WIDTH)}   ${answer}${words[word] === '' ? '' : `: ${words[word]}`}`;
  });
}

/** Aligns the answers with the other lines of an explanation. */
const ANSWER_WIDTH = 10;

/** For a cell: `yes`, `no`, or `?` if the answer is unknown. */
export function answerText(answer: Answer): string {
  return answer === 'unknown' ? '?' : answer;
}

export function paintAnswer(answer: Answer, style: RenderOptions['style']): (text: string) => string {
  return { yes: style.good, no: style.bad, unknown: style.dim }[answer];
}

export interface FitCounts {
  readonly desired: number;
  readonly fits: number;
  readonly doesNotFit: number;
}

/** The number that fit, with `?` if some answers are unknown. */
export function fitsText({ desired, fits, doesNotFit }: FitCounts): string {
  if (desired === fits + doesNotFit) return String(fits);
  return fits + doesNotFit === 0 ? '?' : `${fits}?`;
}

export function paintFits({ doesNotFit }: FitCounts, style: RenderOptions['style']): (text: string) => string {
  return doesNotFit > 0 ? style.warn : (text) => text;
}
