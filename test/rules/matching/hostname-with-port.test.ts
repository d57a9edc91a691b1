import rule from '../../../rules/matching/hostname-with-port.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './hostname-with-port.cases.ts';

ruleTable(rule, cases);
