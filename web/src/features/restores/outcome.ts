import type { Job } from '@/api/types';

// What a job was asked for and what came of it depends on its kind; the contract leaves both open.
// Here is what the pages know of them, read with care.

type Open = Record<string, unknown>;

function open(value: unknown): Open {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Open) : {};
}
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
const texts = (value: unknown): string[] => list(value).filter((each) => typeof each === 'string');

export interface JobRequest {
  backup: string;
  mode: 'exact' | 'neutralized' | undefined;
  source: string;
}

export function requestOf(job: Job): JobRequest {
  const request = open(job.request);
  return {
    backup: text(request['backup']) || (job.backup ?? ''),
    mode: modeOf(request),
    source: text(request['source']),
  };
}

function modeOf(request: Open): JobRequest['mode'] {
  const { mode } = request;
  return mode === 'exact' || mode === 'neutralized' ? mode : undefined;
}

export interface SwitchedOff {
  kind: string;
  before: number;
  after: number;
  names: string[];
}

export interface Neutralization {
  odoo: boolean;
  neutralized: boolean;
  newIdentity: boolean;
  switchedOff: SwitchedOff[];
  scripts: { module: string; builtIn: boolean }[];
  foreignWithoutRule: string[];
  withoutRule: string[];
}

export interface RestoreOutcome {
  safetyBackup: string;
  rows: number | undefined;
  files: number | undefined;
  check: string;
  notices: string[];
  neutralization: Neutralization | undefined;
}

export function outcomeOf(job: Job): RestoreOutcome {
  const result = open(job.result);
  return {
    safetyBackup: text(result['safety_backup']),
    rows: number(result['rows']),
    files: number(result['files']),
    check: text(result['check']),
    notices: texts(result['notices']),
    neutralization: 'neutralization' in result ? neutralizationOf(open(result['neutralization'])) : undefined,
  };
}

function neutralizationOf(report: Open): Neutralization | undefined {
  if (Object.keys(report).length === 0) return undefined;
  return {
    odoo: report['odoo'] !== false,
    neutralized: report['neutralized'] === true,
    newIdentity: report['new_identity'] === true,
    switchedOff: list(report['switched_off']).map((value) => {
      const each = open(value);
      return {
        kind: text(each['kind']),
        before: number(each['before']) ?? 0,
        after: number(each['after']) ?? 0,
        names: texts(each['names']),
      };
    }),
    scripts: list(report['scripts']).map((value) => {
      const each = open(value);
      return { module: text(each['module']), builtIn: each['built_in'] === true };
    }),
    foreignWithoutRule: texts(report['foreign_modules_without_rule']),
    withoutRule: texts(report['modules_without_rule']),
  };
}
