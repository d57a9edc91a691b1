import rule from '../../../rules/matching/regex-invalid.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './regex-invalid.cases.ts';

ruleTable(rule, cases);
