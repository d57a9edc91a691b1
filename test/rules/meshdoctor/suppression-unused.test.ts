import rule from '../../../rules/meshdoctor/suppression-unused.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './suppression-unused.cases.ts';

ruleTable(rule, cases);
