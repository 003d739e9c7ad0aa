import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { LineageError } from '../../core/lineageError.ts';
import type { TestOrder } from '../../core/testViews.ts';
import type { LineageApi } from '../../rpc/api.ts';
import { modelNode, nodeId } from '../modelNode.fixture.ts';
import { openSession } from '../session.fixture.ts';
import TestDialog from './TestDialog.svelte';
import { boardOf, reads, resultOf, testedGraph, testingApi } from './tested.fixture.ts';

async function open(overrides: Partial<LineageApi> = {}, id?: typeof reads.id) {
  const session = await openSession(testedGraph(), {
    ...testingApi(() => boardOf([resultOf(0, 0.95)])),
    ...overrides,
  });
  const onclose = () => {
    session.dialog = undefined;
  };
  session.select([nodeId(0)]);
  render(TestDialog, { session, start: id === undefined ? {} : { id }, onclose });
  await screen.findByRole('radio', { name: /^Size/ });
  return session;
}

const size = () => fireEvent.click(screen.getByRole('radio', { name: /^Size/ }));
const add = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Add test' });

describe('the form of a test', () => {
  it('is bound to the selected model and all below it, and counts them', async () => {
    const orders: TestOrder[] = [];
    await open({
      saveTest: (order) => {
        orders.push(order);
        return Promise.resolve('t2' as never);
      },
    });
    await size();
    expect(screen.getByText('It will test 7 models.')).toBeTruthy();
    await fireEvent.click(add());
    await expect.poll(() => orders).toMatchObject([
      { name: 'Size', function: 'size', bindings: [{ is: 'node', node: nodeId(0), descendants: true }] },
    ]); // prettier-ignore
  });

  it('counts the models that a name pattern matches as it is typed', async () => {
    await open();
    await size();
    await fireEvent.click(screen.getByRole('button', { name: /^Leave out resnet20-base/ }));
    expect(screen.getByText('Bind it to a model.')).toBeTruthy();
    expect(add().disabled).toBe(true);
    await fireEvent.click(screen.getByRole('button', { name: 'By name' }));
    await fireEvent.input(screen.getByLabelText('Models named'), { target: { value: 'yunet-*' } });
    expect(screen.getByText('It will test 2 models.')).toBeTruthy();
  });

  it('says beside the field why it is refused', async () => {
    await open({
      saveTest: () => Promise.reject(new LineageError('name-taken', { name: 'Reads' })),
    });
    await size();
    await fireEvent.input(screen.getByLabelText('Name'), { target: { value: 'Reads' } });
    await fireEvent.click(add());
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toBe('another test has this name');
    expect(screen.getByLabelText('Name').getAttribute('aria-invalid')).toBe('true');
  });

  it('says before an edit that results become stale, and offers no data that is not there', async () => {
    const orders: TestOrder[] = [];
    const saveTest: LineageApi['saveTest'] = (order) => {
      orders.push(order);
      return Promise.resolve(reads.id);
    };
    await open({ saveTest }, reads.id);
    // It measures on data, and this lineage has none.
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save' }).disabled).toBe(true);
    await size();
    expect(screen.getByText(/makes 1 result stale/)).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    await expect
      .poll(() => orders)
      .toMatchObject([{ id: reads.id, function: 'size', success: [] }]);
  });

  it('shows the current number of the model beside a rule', async () => {
    await open({}, reads.id);
    const rules = screen.getByRole('group', { name: 'Passes when' });
    expect(within(rules).getByLabelText<HTMLInputElement>('Accuracy: value').value).toBe('90');
    expect(rules.textContent).toContain('(now 95 %)');
  });

  it('tries the test without saving it', async () => {
    const tried: unknown[] = [];
    await open({
      tryTest: (order, node) => {
        tried.push([order.function, node]);
        return Promise.resolve(resultOf(0, 0.5, { verdict: 'measured', metrics: { bytes: 3 } }));
      },
    });
    await size();
    await fireEvent.click(screen.getByRole('button', { name: 'Try it' }));
    expect(await screen.findByRole('region', { name: 'Metrics' })).toBeTruthy();
    expect(tried).toEqual([['size', modelNode(0, '').id]]);
  });
});
