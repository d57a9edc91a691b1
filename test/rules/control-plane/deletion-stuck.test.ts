import rule from '../../../rules/control-plane/deletion-stuck.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './deletion-stuck.cases.ts';

ruleTable(rule, cases);
