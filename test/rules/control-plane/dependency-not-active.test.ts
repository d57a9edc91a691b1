import rule from '../../../rules/control-plane/dependency-not-active.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './dependency-not-active.cases.ts';

ruleTable(rule, cases);
