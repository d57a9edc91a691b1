import rule from '../../../rules/matching/regex-not-full-match.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './regex-not-full-match.cases.ts';

ruleTable(rule, cases);
