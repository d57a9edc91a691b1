import rule from '../../../rules/matching/match-impossible.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './match-impossible.cases.ts';

ruleTable(rule, cases);
