import { it } from 'vitest';
import { generateCluster, sizeOptions } from '/work/main/tests/cluster-generator/src/index.ts';
import { compile, evaluateAllRows } from '/work/main/packages/policy-engine/src/compile/compile.ts';
import { lensOf } from '/work/main/packages/policy-engine/src/views/lens.ts';
import { matrixView } from '/work/main/packages/policy-engine/src/views/matrix.ts';
import { NO_FILTER } from '/work/main/packages/policy-engine/src/views/graph.ts';
import { explainColumns } from '/work/main/packages/policy-engine/src/queries/explain.ts';
it('bench', () => {
 for (const size of ['workloads-1000','workloads-10000','pods-100000'] as const) {
  const snap = generateCluster(sizeOptions(size));
  const cluster = compile(snap); evaluateAllRows(cluster);
  const lens = lensOf(cluster);
  for (const level of ['', '*']) {
    let t=performance.now();
    const m = matrixView(lens,{filter:NO_FILTER,rows:level,columns:level});
    const t1=performance.now()-t; t=performance.now();
    let worst=0; const R=m.frame.rows.classes;
    for (let i=0;i<R;i+=64){const s=performance.now(); m.band(i,64,0); worst=Math.max(worst,performance.now()-s);}
    console.log(size, JSON.stringify(level), 'units',m.frame.rows.units.length,'classes',R,m.frame.columns.classes,'frame',t1.toFixed(0),'bands',(performance.now()-t).toFixed(0),'worst',worst.toFixed(0),'outcomes',m.band(0,1,0).outcomes.length,'out',m.frame.rows.units.filter(u=>u.type==='outside').length);
  }
  let t=performance.now(); let n=0;
  for (let i=0;i<2000;i++){ explainColumns(cluster,(i*37)%cluster.universe.firstHidden,(i*91)%cluster.universe.firstHidden); n++; }
  console.log('explain each', ((performance.now()-t)/n).toFixed(3));
 }
}, 300000);
