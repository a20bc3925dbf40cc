import type { AsyncBuffer, FileMetaData } from "hyparquet";
import { BadInput } from "./errors.ts";

type Source = AsyncBuffer | ArrayBuffer;

export interface ParquetReader {
  metadata: FileMetaData;
  /** Records [start, end), all when left out, with the names of the columns as keys. */
  records(start?: number, end?: number): Promise<Record<string, unknown>[]>;
}

/** Opens a Parquet file in any compression that writers use: none, Snappy, Zstandard, gzip, Brotli, LZ4. What cannot be read is refused by the name of the file. */
export async function openParquet(source: Source, name: string): Promise<ParquetReader> {
  const [{ parquetMetadataAsync, parquetReadObjects }, { compressors }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet-compressors"),
  ]);
  const file: AsyncBuffer =
    source instanceof ArrayBuffer
      ? { byteLength: source.byteLength, slice: (start, end) => source.slice(start, end) }
      : source;
  const refuse = (error: unknown): never => {
    if (error instanceof BadInput) throw error;
    const codec = /unsupported compression codec: (\w+)/.exec(error instanceof Error ? error.message : "")?.[1];
    throw codec
      ? new BadInput(`the Parquet file is compressed in a way that is not read here (${codec})`, {
          where: name,
          remedy: "Write it with Zstandard, Snappy or gzip.",
        })
      : new BadInput("the file is not a Parquet file that can be read", { where: name });
  };
  const metadata = await parquetMetadataAsync(file).catch(refuse);
  return {
    metadata,
    records: (rowStart = 0, rowEnd = Number(metadata.num_rows)) =>
      parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd }).catch(refuse),
  };
}
