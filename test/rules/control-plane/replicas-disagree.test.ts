import rule from '../../../rules/control-plane/replicas-disagree.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './replicas-disagree.cases.ts';

ruleTable(rule, cases);
